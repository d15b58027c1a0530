cgroups --root fixtures/7.2-cgroups-beside.cap
