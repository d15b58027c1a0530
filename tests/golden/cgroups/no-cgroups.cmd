cgroups --root fixtures/hand-raced.cap
