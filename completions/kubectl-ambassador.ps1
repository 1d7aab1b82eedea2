
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'kubectl-ambassador' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'kubectl-ambassador'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'kubectl-ambassador' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('route-test', 'route-test', [CompletionResultType]::ParameterValue, 'Tell where a request goes, and why')
            [CompletionResult]::new('routes', 'routes', [CompletionResultType]::ParameterValue, 'Print the effective route table, in the order in which it is tried')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Find what is wrong with Mappings, Hosts and all else that routes, before it is applied')
            [CompletionResult]::new('rule', 'rule', [CompletionResultType]::ParameterValue, 'Explain a lint rule')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Tell what changes between two configurations, for requests')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the configuration: the whole gateway in one process')
            [CompletionResult]::new('convert', 'convert', [CompletionResultType]::ParameterValue, 'Convert every version to v3alpha1, annotations to objects of their own')
            [CompletionResult]::new('completion', 'completion', [CompletionResultType]::ParameterValue, 'Print a script by which a shell completes, or let kubectl complete')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version, the Emissary editions and the conformance figures')
            break
        }
        'kubectl-ambassador;route-test' {
            [CompletionResult]::new('-X', '-X ', [CompletionResultType]::ParameterName, 'Method; without it GET, or POST with a body')
            [CompletionResult]::new('--request', '--request', [CompletionResultType]::ParameterName, 'Method; without it GET, or POST with a body')
            [CompletionResult]::new('-H', '-H ', [CompletionResultType]::ParameterName, 'Header `name: value`; repeatable')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Header `name: value`; repeatable')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Body')
            [CompletionResult]::new('--data', '--data', [CompletionResultType]::ParameterName, 'Body')
            [CompletionResult]::new('--curl', '--curl', [CompletionResultType]::ParameterName, 'A pasted curl command, in quotes')
            [CompletionResult]::new('--listener', '--listener', [CompletionResultType]::ParameterName, 'Port of the Listener; without it the one to which the URL leads')
            [CompletionResult]::new('--sni', '--sni', [CompletionResultType]::ParameterName, 'TLS server name; without it the host of the URL')
            [CompletionResult]::new('--client-ip', '--client-ip', [CompletionResultType]::ParameterName, 'The client''s address')
            [CompletionResult]::new('--draw', '--draw', [CompletionResultType]::ParameterName, 'Fix the canary draw, 0 to 100; without it every outcome is told')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Turn the request into a check: service=, mapping=, status=, path=, ...')
            [CompletionResult]::new('--requests', '--requests', [CompletionResultType]::ParameterName, 'Answer every line of a file of JSON requests, - for standard input')
            [CompletionResult]::new('--suite', '--suite', [CompletionResultType]::ParameterName, 'Run expectations from files; exit 1 when one fails')
            [CompletionResult]::new('--fail-under', '--fail-under', [CompletionResultType]::ParameterName, 'Exit with 1 where less is covered, or noticed, in percent')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--kustomize', '--kustomize', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'Read the paths as they were in this git revision')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'The cluster of the kubeconfig')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'The user of the kubeconfig')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Whom to be')
            [CompletionResult]::new('--as-group', '--as-group', [CompletionResultType]::ParameterName, 'In which group to be; repeatable')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'How long one request may take, such as 30s or 1m; 0 for as long as it takes')
            [CompletionResult]::new('--edition', '--edition', [CompletionResultType]::ParameterName, 'Whose rules apply: 4, 3, 2, 1 or auto')
            [CompletionResult]::new('--ambassador-id', '--ambassador-id', [CompletionResultType]::ParameterName, 'The ambassador_id of the gateway')
            [CompletionResult]::new('--ambassador-namespace', '--ambassador-namespace', [CompletionResultType]::ParameterName, 'The namespace of the gateway')
            [CompletionResult]::new('--legacy-versions', '--legacy-versions', [CompletionResultType]::ParameterName, 'Whether the cluster serves the v1 and v2 CRDs')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('--coverage', '--coverage', [CompletionResultType]::ParameterName, 'Tell which routes the suites come to, and which tests they see say yes and no')
            [CompletionResult]::new('--mutate', '--mutate', [CompletionResultType]::ParameterName, 'Tell which mistakes the suites would not notice')
            [CompletionResult]::new('--generate', '--generate', [CompletionResultType]::ParameterName, 'Write a suite that expects what is so now: a request for every route and for every boundary')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Lay the paths over the live objects, as an apply would leave them')
            [CompletionResult]::new('-A', '-A ', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--all-namespaces', '--all-namespaces', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Assume nothing: no Listeners and no Host where the input has none')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Tell every candidate, what refused it, and the Mappings that are not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kubectl-ambassador;routes' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--kustomize', '--kustomize', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'Read the paths as they were in this git revision')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'The cluster of the kubeconfig')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'The user of the kubeconfig')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Whom to be')
            [CompletionResult]::new('--as-group', '--as-group', [CompletionResultType]::ParameterName, 'In which group to be; repeatable')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'How long one request may take, such as 30s or 1m; 0 for as long as it takes')
            [CompletionResult]::new('--edition', '--edition', [CompletionResultType]::ParameterName, 'Whose rules apply: 4, 3, 2, 1 or auto')
            [CompletionResult]::new('--ambassador-id', '--ambassador-id', [CompletionResultType]::ParameterName, 'The ambassador_id of the gateway')
            [CompletionResult]::new('--ambassador-namespace', '--ambassador-namespace', [CompletionResultType]::ParameterName, 'The namespace of the gateway')
            [CompletionResult]::new('--legacy-versions', '--legacy-versions', [CompletionResultType]::ParameterName, 'Whether the cluster serves the v1 and v2 CRDs')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Lay the paths over the live objects, as an apply would leave them')
            [CompletionResult]::new('-A', '-A ', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--all-namespaces', '--all-namespaces', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Assume nothing: no Listeners and no Host where the input has none')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kubectl-ambassador;lint' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--kustomize', '--kustomize', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'Read the paths as they were in this git revision')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'The cluster of the kubeconfig')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'The user of the kubeconfig')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Whom to be')
            [CompletionResult]::new('--as-group', '--as-group', [CompletionResultType]::ParameterName, 'In which group to be; repeatable')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'How long one request may take, such as 30s or 1m; 0 for as long as it takes')
            [CompletionResult]::new('--edition', '--edition', [CompletionResultType]::ParameterName, 'Whose rules apply: 4, 3, 2, 1 or auto')
            [CompletionResult]::new('--ambassador-id', '--ambassador-id', [CompletionResultType]::ParameterName, 'The ambassador_id of the gateway')
            [CompletionResult]::new('--ambassador-namespace', '--ambassador-namespace', [CompletionResultType]::ParameterName, 'The namespace of the gateway')
            [CompletionResult]::new('--legacy-versions', '--legacy-versions', [CompletionResultType]::ParameterName, 'Whether the cluster serves the v1 and v2 CRDs')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Lay the paths over the live objects, as an apply would leave them')
            [CompletionResult]::new('-A', '-A ', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--all-namespaces', '--all-namespaces', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Assume nothing: no Listeners and no Host where the input has none')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kubectl-ambassador;rule' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List all rules')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'kubectl-ambassador;diff' {
            [CompletionResult]::new('--level', '--level', [CompletionResultType]::ParameterName, 'How deep to look')
            [CompletionResult]::new('--edition', '--edition', [CompletionResultType]::ParameterName, 'Whose rules apply: 4, 3, 2, 1 or auto')
            [CompletionResult]::new('--ambassador-id', '--ambassador-id', [CompletionResultType]::ParameterName, 'The ambassador_id of the gateway')
            [CompletionResult]::new('--ambassador-namespace', '--ambassador-namespace', [CompletionResultType]::ParameterName, 'The namespace of the gateway')
            [CompletionResult]::new('--legacy-versions', '--legacy-versions', [CompletionResultType]::ParameterName, 'Whether the cluster serves the v1 and v2 CRDs')
            [CompletionResult]::new('--before-edition', '--before-edition', [CompletionResultType]::ParameterName, 'Whose rules apply before, where not the same as after')
            [CompletionResult]::new('--after-edition', '--after-edition', [CompletionResultType]::ParameterName, 'Whose rules apply after')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Assume nothing: no Listeners and no Host where the input has none')
            [CompletionResult]::new('--exit-zero', '--exit-zero', [CompletionResultType]::ParameterName, 'Exit with 0 although there are differences')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kubectl-ambassador;serve' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--kustomize', '--kustomize', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'Read the paths as they were in this git revision')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'The cluster of the kubeconfig')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'The user of the kubeconfig')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Whom to be')
            [CompletionResult]::new('--as-group', '--as-group', [CompletionResultType]::ParameterName, 'In which group to be; repeatable')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'How long one request may take, such as 30s or 1m; 0 for as long as it takes')
            [CompletionResult]::new('--edition', '--edition', [CompletionResultType]::ParameterName, 'Whose rules apply: 4, 3, 2, 1 or auto')
            [CompletionResult]::new('--ambassador-id', '--ambassador-id', [CompletionResultType]::ParameterName, 'The ambassador_id of the gateway')
            [CompletionResult]::new('--ambassador-namespace', '--ambassador-namespace', [CompletionResultType]::ParameterName, 'The namespace of the gateway')
            [CompletionResult]::new('--legacy-versions', '--legacy-versions', [CompletionResultType]::ParameterName, 'Whether the cluster serves the v1 and v2 CRDs')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Where a Listener''s port is bound; without it, the same port on 127.0.0.1')
            [CompletionResult]::new('--upstream', '--upstream', [CompletionResultType]::ParameterName, 'This service is reached there; SERVICE[header=value]=ADDR: for requests with that header')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Where the admin pages are')
            [CompletionResult]::new('--access-log', '--access-log', [CompletionResultType]::ParameterName, 'The access log; without it, as the Module says')
            [CompletionResult]::new('--workers', '--workers', [CompletionResultType]::ParameterName, 'How many threads serve; without it, one for each core')
            [CompletionResult]::new('--drain-timeout', '--drain-timeout', [CompletionResultType]::ParameterName, 'How long exchanges may take to end when the gateway stops, in seconds')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Lay the paths over the live objects, as an apply would leave them')
            [CompletionResult]::new('-A', '-A ', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--all-namespaces', '--all-namespaces', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Assume nothing: no Listeners and no Host where the input has none')
            [CompletionResult]::new('--port-forward', '--port-forward', [CompletionResultType]::ParameterName, 'Reach services of the cluster through the API server')
            [CompletionResult]::new('--debug-header', '--debug-header', [CompletionResultType]::ParameterName, 'Tell the Mapping in the header x-ambassador-mapping of answers')
            [CompletionResult]::new('--skip-invalid', '--skip-invalid', [CompletionResultType]::ParameterName, 'Leave out Mappings over which Envoy would refuse everything, and serve the others')
            [CompletionResult]::new('--unserialised', '--unserialised', [CompletionResultType]::ParameterName, 'Documents keep their empty values, as a compiler that reads files gets them: for recordings made without a cluster')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kubectl-ambassador;convert' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('--filename', '--filename', [CompletionResultType]::ParameterName, 'File or folder with manifests, - for standard input; repeatable')
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--kustomize', '--kustomize', [CompletionResultType]::ParameterName, 'Folder with a kustomization, built by `kubectl kustomize`')
            [CompletionResult]::new('--rev', '--rev', [CompletionResultType]::ParameterName, 'Read the paths as they were in this git revision')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--namespace', '--namespace', [CompletionResultType]::ParameterName, 'Read this namespace only; without it all, and where that is forbidden the one of the context')
            [CompletionResult]::new('--kubeconfig', '--kubeconfig', [CompletionResultType]::ParameterName, 'The kubeconfig')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context of the kubeconfig')
            [CompletionResult]::new('--cluster', '--cluster', [CompletionResultType]::ParameterName, 'The cluster of the kubeconfig')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'The user of the kubeconfig')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Whom to be')
            [CompletionResult]::new('--as-group', '--as-group', [CompletionResultType]::ParameterName, 'In which group to be; repeatable')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'How long one request may take, such as 30s or 1m; 0 for as long as it takes')
            [CompletionResult]::new('--edition', '--edition', [CompletionResultType]::ParameterName, 'Whose rules apply: 4, 3, 2, 1 or auto')
            [CompletionResult]::new('--ambassador-id', '--ambassador-id', [CompletionResultType]::ParameterName, 'The ambassador_id of the gateway')
            [CompletionResult]::new('--ambassador-namespace', '--ambassador-namespace', [CompletionResultType]::ParameterName, 'The namespace of the gateway')
            [CompletionResult]::new('--legacy-versions', '--legacy-versions', [CompletionResultType]::ParameterName, 'Whether the cluster serves the v1 and v2 CRDs')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--recursive', '--recursive', [CompletionResultType]::ParameterName, 'Look into folders of folders too')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Lay the paths over the live objects, as an apply would leave them')
            [CompletionResult]::new('-A', '-A ', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--all-namespaces', '--all-namespaces', [CompletionResultType]::ParameterName, 'Read all namespaces, whatever -n says')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Assume nothing: no Listeners and no Host where the input has none')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kubectl-ambassador;completion' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Where to put it; without it, beside kubectl-ambassador or where you keep programs of your own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('--install', '--install', [CompletionResultType]::ParameterName, 'Put kubectl_complete-ambassador on PATH, so that kubectl completes `kubectl ambassador`')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'kubectl-ambassador;version' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Output format')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour: on a terminal (unless NO_COLOR is set), always, never')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
