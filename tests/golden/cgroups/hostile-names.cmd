cgroups --root fixtures/hand-hostile-names.cap
