cgroups --root fixtures/hand-cgroups-v2.cap --expect 4f5e0123=2560M --expect db.service=1G --top 1
