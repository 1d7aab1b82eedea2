# From `cargo metadata` to CycloneDX 1.5: the program, the packages that it is linked from, and who needs whom. What only
# a feature that tests switch on would bring counts too. Nothing of the time or the machine is in it: the same lock file gives the same bytes.

# The packages that a package needs at run time, not those that only its tests or its build script need.
def needed: [.deps[] | select(any(.dep_kinds[]; .kind == null)) | .pkg] | unique;

def purl: "pkg:cargo/\(.name)@\(.version)";

def licenses: if .license then [{expression: (.license | gsub("/"; " OR ") | gsub(" +"; " "))}] else [] end;

(.resolve.nodes | map({key: .id, value: needed}) | from_entries) as $needs
| (.packages | map({key: .id, value: .}) | from_entries) as $packages
| .resolve.root as $root
| ({seen: [$root], next: [$root]}
    | until(.next == [];
        .seen as $seen
        | ([.next[] | $needs[.][]] | unique | . - $seen) as $new
        | {seen: ($seen + $new), next: $new})
    | .seen | map($packages[.])) as $linked
| {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      component: ($packages[$root]
        | {type: "application", "bom-ref": purl, name, version, purl: purl, licenses: licenses})
    },
    components: ($linked | map(select(.id != $root)
        | {type: "library", "bom-ref": purl, name, version, purl: purl, licenses: licenses}) | sort_by(.purl)),
    dependencies: ($linked
        | map({ref: purl, dependsOn: ([$needs[.id][] | $packages[.] | purl] | sort)}) | sort_by(.ref))
  }
