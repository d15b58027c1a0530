cgroups --root fixtures/hand-cgroups-v2.cap --threshold cg-floor-mib=1000 --threshold cg-dying=500 --threshold cg-throttled=50% --threshold cg-uncharged=990
