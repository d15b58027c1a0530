#: title the same of two nodes with a Movable zone
#: memory 512
#: cpus 2
#: nodes 320 192
#: seconds 150
#: arguments movablecore=200M
#: claim .settings_count == 25
#: claim [.parts[].zones] | length == 26 and all(. == 10)
#: claim del(.parts.boot) | zones_agree
#: claim [.parts[].not_compared] | add == 0
zones_parts
exit 0
