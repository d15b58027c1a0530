#: title the same of two nodes with memory above 4 GiB, so with a Normal zone
#: memory 3584
#: cpus 2
#: nodes 3072 512
#: seconds 150
#: claim .settings_count == 25
#: claim [.parts[].zones] | length == 26 and all(. == 10)
#: claim del(.parts.boot) | zones_agree
#: claim [.parts[].not_compared] | add == 0
zones_parts
exit 0
