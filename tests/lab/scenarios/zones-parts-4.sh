#: title the same of four nodes: one without CPUs, one without memory
#: memory 768
#: cpus 3
#: nodes 256 128:nocpu 0 384
#: seconds 150
#: claim .settings_count == 25
#: claim [.parts[].zones] | length == 26 and all(. == 20)
#: claim del(.parts.boot) | zones_agree
#: claim [.parts[].not_compared] | add == 0
zones_parts
exit 0
