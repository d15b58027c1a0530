cgroups --root fixtures/hand-cgroups-v2.cap --expect db.service
