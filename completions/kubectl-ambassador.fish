# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_kubectl_ambassador_global_optspecs
    string join \n color= V/version h/help
end

function __fish_kubectl_ambassador_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_kubectl_ambassador_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_kubectl_ambassador_using_subcommand
    set -l cmd (__fish_kubectl_ambassador_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -s V -l version -d 'Print the version'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "route-test" -d 'Tell where a request goes, and why'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "routes" -d 'Print the effective route table, in the order in which it is tried'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "lint" -d 'Find what is wrong with Mappings, Hosts and all else that routes, before it is applied'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "rule" -d 'Explain a lint rule'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "diff" -d 'Tell what changes between two configurations, for requests'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "serve" -d 'Serve the configuration: the whole gateway in one process'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "convert" -d 'Convert every version to v3alpha1, annotations to objects of their own'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "completion" -d 'Print a script by which a shell completes, or let kubectl complete'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_needs_command" -f -a "version" -d 'Print the version, the Emissary editions and the conformance figures'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s X -l request -d 'Method; without it GET, or POST with a body' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s H -l header -d 'Header `name: value`; repeatable' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s d -l data -d 'Body' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l curl -d 'A pasted curl command, in quotes' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l listener -d 'Port of the Listener; without it the one to which the URL leads' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l sni -d 'TLS server name; without it the host of the URL' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l client-ip -d 'The client\'s address' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l draw -d 'Fix the canary draw, 0 to 100; without it every outcome is told' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l expect -d 'Turn the request into a check: service=, mapping=, status=, path=, ...' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l requests -d 'Answer every line of a file of JSON requests, - for standard input' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l suite -d 'Run expectations from files; exit 1 when one fails' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l fail-under -d 'Exit with 1 where less is covered, or noticed, in percent' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s f -l filename -d 'File or folder with manifests, - for standard input; repeatable' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s k -l kustomize -d 'Folder with a kustomization, built by `kubectl kustomize`' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l rev -d 'Read the paths as they were in this git revision' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s n -l namespace -d 'Read this namespace only; without it all, and where that is forbidden the one of the context' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l kubeconfig -d 'The kubeconfig' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l context -d 'The context of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l cluster -d 'The cluster of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l user -d 'The user of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l as -d 'Whom to be' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l as-group -d 'In which group to be; repeatable' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l request-timeout -d 'How long one request may take, such as 30s or 1m; 0 for as long as it takes' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l edition -d 'Whose rules apply: 4, 3, 2, 1 or auto' -r -f -a "4\t'Emissary-ingress 4.1'
3\t'Emissary-ingress 3.10.0'
2\t'Emissary-ingress 2.5.1'
1\t'Ambassador 1.14.4'
auto\t'the newest that reads all documents, or 4'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l ambassador-id -d 'The ambassador_id of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l ambassador-namespace -d 'The namespace of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l legacy-versions -d 'Whether the cluster serves the v1 and v2 CRDs' -r -f -a "yes\t'Yes'
no\t'No'
auto\t'Find out'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s o -l output -d 'Output format' -r -f -a "text\t'For people'
wide\t'For people, with the headers that every request gets'
json\t'One object'
jsonl\t'One object a line'
yaml\t'One document'
junit\t'JUnit\'s XML, of a suite'
tap\t'TAP, of a suite'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l coverage -d 'Tell which routes the suites come to, and which tests they see say yes and no'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l mutate -d 'Tell which mistakes the suites would not notice'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l generate -d 'Write a suite that expects what is so now: a request for every route and for every boundary'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s R -l recursive -d 'Look into folders of folders too'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l live -d 'Lay the paths over the live objects, as an apply would leave them'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s A -l all-namespaces -d 'Read all namespaces, whatever -n says'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l strict -d 'Assume nothing: no Listeners and no Host where the input has none'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -l explain -d 'Tell every candidate, what refused it, and the Mappings that are not there'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand route-test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -s f -l filename -d 'File or folder with manifests, - for standard input; repeatable' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -s k -l kustomize -d 'Folder with a kustomization, built by `kubectl kustomize`' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l rev -d 'Read the paths as they were in this git revision' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -s n -l namespace -d 'Read this namespace only; without it all, and where that is forbidden the one of the context' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l kubeconfig -d 'The kubeconfig' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l context -d 'The context of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l cluster -d 'The cluster of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l user -d 'The user of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l as -d 'Whom to be' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l as-group -d 'In which group to be; repeatable' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l request-timeout -d 'How long one request may take, such as 30s or 1m; 0 for as long as it takes' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l edition -d 'Whose rules apply: 4, 3, 2, 1 or auto' -r -f -a "4\t'Emissary-ingress 4.1'
3\t'Emissary-ingress 3.10.0'
2\t'Emissary-ingress 2.5.1'
1\t'Ambassador 1.14.4'
auto\t'the newest that reads all documents, or 4'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l ambassador-id -d 'The ambassador_id of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l ambassador-namespace -d 'The namespace of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l legacy-versions -d 'Whether the cluster serves the v1 and v2 CRDs' -r -f -a "yes\t'Yes'
no\t'No'
auto\t'Find out'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -s o -l output -d 'Output format' -r -f -a "text\t'Columns for people'
wide\t'More columns, which request reaches each route, and the gateway\'s own'
json\t'One object'
jsonl\t'One object a route'
yaml\t'One document'
name\t'The names of the Mappings in force'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -s R -l recursive -d 'Look into folders of folders too'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l live -d 'Lay the paths over the live objects, as an apply would leave them'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -s A -l all-namespaces -d 'Read all namespaces, whatever -n says'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -l strict -d 'Assume nothing: no Listeners and no Host where the input has none'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand routes" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -s f -l filename -d 'File or folder with manifests, - for standard input; repeatable' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -s k -l kustomize -d 'Folder with a kustomization, built by `kubectl kustomize`' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l rev -d 'Read the paths as they were in this git revision' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -s n -l namespace -d 'Read this namespace only; without it all, and where that is forbidden the one of the context' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l kubeconfig -d 'The kubeconfig' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l context -d 'The context of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l cluster -d 'The cluster of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l user -d 'The user of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l as -d 'Whom to be' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l as-group -d 'In which group to be; repeatable' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l request-timeout -d 'How long one request may take, such as 30s or 1m; 0 for as long as it takes' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l edition -d 'Whose rules apply: 4, 3, 2, 1 or auto' -r -f -a "4\t'Emissary-ingress 4.1'
3\t'Emissary-ingress 3.10.0'
2\t'Emissary-ingress 2.5.1'
1\t'Ambassador 1.14.4'
auto\t'the newest that reads all documents, or 4'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l ambassador-id -d 'The ambassador_id of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l ambassador-namespace -d 'The namespace of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l legacy-versions -d 'Whether the cluster serves the v1 and v2 CRDs' -r -f -a "yes\t'Yes'
no\t'No'
auto\t'Find out'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l select -d 'Ask only these rules: codes, beginnings of codes, names' -r -f -a ""
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l extend-select -d 'Ask these rules too' -r -f -a ""
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l ignore -d 'Do not ask these rules' -r -f -a ""
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l severity -d 'Tell only what is at least so bad [default: info]' -r -f -a "error\t'Emissary drops it, or Envoy refuses it'
warning\t'Works other than it reads'
info\t'Works, and is worth knowing'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l fail-on -d 'End with 1 where something is at least so bad [default: warning]' -r -f -a "error\t'Emissary drops it, or Envoy refuses it'
warning\t'Works other than it reads'
info\t'Works, and is worth knowing'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l baseline -d 'Tell what is new since this file, which `-o json` wrote' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -s o -l output -d 'Output format' -r -f -a "text\t'Each finding with its source'
concise\t'A line for each finding'
json\t'One object'
jsonl\t'One object a finding'
sarif\t'SARIF 2.1.0'
github\t'GitHub\'s workflow commands'
gitlab\t'GitLab\'s Code Quality report'
junit\t'JUnit\'s XML'
rdjson\t'Reviewdog\'s diagnostics'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -s R -l recursive -d 'Look into folders of folders too'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l live -d 'Lay the paths over the live objects, as an apply would leave them'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -s A -l all-namespaces -d 'Read all namespaces, whatever -n says'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l strict -d 'Assume nothing: no Listeners and no Host where the input has none'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l exit-zero -d 'End with 0 whatever is found'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l fix -d 'Mend what can be mended without any request being answered otherwise'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l unsafe-fixes -d 'Mend also what somebody should look at afterwards'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l diff -d 'Show what fixes would change, and change nothing'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l statistics -d 'Count the findings of each rule'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -l watch -d 'Lint again whenever a file changes, or the cluster where that is read'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand rule" -s o -l output -d 'Output format' -r -f -a "text\t'For people'
json\t'One object'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand rule" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand rule" -l all -d 'List all rules'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand rule" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -s f -l filename -d 'What an apply of this file or folder would change in the cluster; - for standard input; repeatable' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l level -d 'How deep to look' -r -f -a "text\t'Files, line by line'
fields\t'Objects and their fields'
behaviour\t'Requests, with the fields responsible'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -s k -l kustomize -d 'What an apply of this kustomization would change in the cluster' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -s n -l namespace -d 'Read this namespace only; without it all, and where that is forbidden the one of the context' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l kubeconfig -d 'The kubeconfig' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l context -d 'The context of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l cluster -d 'The cluster of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l user -d 'The user of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l as -d 'Whom to be' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l as-group -d 'In which group to be; repeatable' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l request-timeout -d 'How long one request may take, such as 30s or 1m; 0 for as long as it takes' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l edition -d 'Whose rules apply: 4, 3, 2, 1 or auto' -r -f -a "4\t'Emissary-ingress 4.1'
3\t'Emissary-ingress 3.10.0'
2\t'Emissary-ingress 2.5.1'
1\t'Ambassador 1.14.4'
auto\t'the newest that reads all documents, or 4'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l ambassador-id -d 'The ambassador_id of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l ambassador-namespace -d 'The namespace of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l legacy-versions -d 'Whether the cluster serves the v1 and v2 CRDs' -r -f -a "yes\t'Yes'
no\t'No'
auto\t'Find out'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l before-edition -d 'Whose rules apply before, where not the same as after' -r -f -a "4\t'Emissary-ingress 4.1'
3\t'Emissary-ingress 3.10.0'
2\t'Emissary-ingress 2.5.1'
1\t'Ambassador 1.14.4'
auto\t'the newest that reads all documents, or 4'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l after-edition -d 'Whose rules apply after' -r -f -a "4\t'Emissary-ingress 4.1'
3\t'Emissary-ingress 3.10.0'
2\t'Emissary-ingress 2.5.1'
1\t'Ambassador 1.14.4'
auto\t'the newest that reads all documents, or 4'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -s o -l output -d 'Output format' -r -f -a "text\t'For people'
json\t'One object'
patch\t'The texts, as `diff -u` has them'
markdown\t'A comment on a pull request'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -s R -l recursive -d 'Look into folders of folders too'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -s A -l all-namespaces -d 'Read all namespaces, whatever -n says'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l strict -d 'Assume nothing: no Listeners and no Host where the input has none'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -l exit-zero -d 'Exit with 0 although there are differences'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -s f -l filename -d 'File or folder with manifests, - for standard input; repeatable' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -s k -l kustomize -d 'Folder with a kustomization, built by `kubectl kustomize`' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l rev -d 'Read the paths as they were in this git revision' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -s n -l namespace -d 'Read this namespace only; without it all, and where that is forbidden the one of the context' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l kubeconfig -d 'The kubeconfig' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l context -d 'The context of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l cluster -d 'The cluster of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l user -d 'The user of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l as -d 'Whom to be' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l as-group -d 'In which group to be; repeatable' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l request-timeout -d 'How long one request may take, such as 30s or 1m; 0 for as long as it takes' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l edition -d 'Whose rules apply: 4, 3, 2, 1 or auto' -r -f -a "4\t'Emissary-ingress 4.1'
3\t'Emissary-ingress 3.10.0'
2\t'Emissary-ingress 2.5.1'
1\t'Ambassador 1.14.4'
auto\t'the newest that reads all documents, or 4'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l ambassador-id -d 'The ambassador_id of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l ambassador-namespace -d 'The namespace of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l legacy-versions -d 'Whether the cluster serves the v1 and v2 CRDs' -r -f -a "yes\t'Yes'
no\t'No'
auto\t'Find out'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l listen -d 'Where a Listener\'s port is bound; without it, the same port on 127.0.0.1' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l upstream -d 'This service is reached there; SERVICE[header=value]=ADDR: for requests with that header' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l admin -d 'Where the admin pages are' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l access-log -d 'The access log; without it, as the Module says' -r -f -a "text\t'Emissary\'s lines'
json\t'Emissary\'s JSON objects'
off\t'None'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l workers -d 'How many threads serve; without it, one for each core' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l drain-timeout -d 'How long exchanges may take to end when the gateway stops, in seconds' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -s R -l recursive -d 'Look into folders of folders too'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l live -d 'Lay the paths over the live objects, as an apply would leave them'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -s A -l all-namespaces -d 'Read all namespaces, whatever -n says'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l strict -d 'Assume nothing: no Listeners and no Host where the input has none'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l port-forward -d 'Reach services of the cluster through the API server'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l debug-header -d 'Tell the Mapping in the header x-ambassador-mapping of answers'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l skip-invalid -d 'Leave out Mappings over which Envoy would refuse everything, and serve the others'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -l unserialised -d 'Documents keep their empty values, as a compiler that reads files gets them: for recordings made without a cluster'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -s f -l filename -d 'File or folder with manifests, - for standard input; repeatable' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -s k -l kustomize -d 'Folder with a kustomization, built by `kubectl kustomize`' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l rev -d 'Read the paths as they were in this git revision' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -s n -l namespace -d 'Read this namespace only; without it all, and where that is forbidden the one of the context' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l kubeconfig -d 'The kubeconfig' -r -F
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l context -d 'The context of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l cluster -d 'The cluster of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l user -d 'The user of the kubeconfig' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l as -d 'Whom to be' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l as-group -d 'In which group to be; repeatable' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l request-timeout -d 'How long one request may take, such as 30s or 1m; 0 for as long as it takes' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l edition -d 'Whose rules apply: 4, 3, 2, 1 or auto' -r -f -a "4\t'Emissary-ingress 4.1'
3\t'Emissary-ingress 3.10.0'
2\t'Emissary-ingress 2.5.1'
1\t'Ambassador 1.14.4'
auto\t'the newest that reads all documents, or 4'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l ambassador-id -d 'The ambassador_id of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l ambassador-namespace -d 'The namespace of the gateway' -r
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l legacy-versions -d 'Whether the cluster serves the v1 and v2 CRDs' -r -f -a "yes\t'Yes'
no\t'No'
auto\t'Find out'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -s o -l output -d 'Output format' -r -f -a "yaml\t'The objects, to be applied'
json\t'What became of every document'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -s R -l recursive -d 'Look into folders of folders too'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l live -d 'Lay the paths over the live objects, as an apply would leave them'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -s A -l all-namespaces -d 'Read all namespaces, whatever -n says'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -l strict -d 'Assume nothing: no Listeners and no Host where the input has none'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand completion" -l dir -d 'Where to put it; without it, beside kubectl-ambassador or where you keep programs of your own' -r -f -a "(__fish_complete_directories)"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand completion" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand completion" -l install -d 'Put kubectl_complete-ambassador on PATH, so that kubectl completes `kubectl ambassador`'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand completion" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand version" -s o -l output -d 'Output format' -r -f -a "text\t''
json\t''"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand version" -l color -d 'When to colour: on a terminal (unless NO_COLOR is set), always, never' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c kubectl-ambassador -n "__fish_kubectl_ambassador_using_subcommand version" -s h -l help -d 'Print help'
