#: title watermarks and reserves follow from the settings: two nodes of unequal size
#: memory 512
#: cpus 2
#: nodes 320 192
#: seconds 150
#: claim .settings_count == 25
#: claim [.parts[].zones] | length == 26 and all(. == 10)
#: claim del(.parts.boot) | zones_agree
#: claim [.parts[].not_compared] | add == 0
zones_parts
exit 0
