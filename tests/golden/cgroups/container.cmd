cgroups --root fixtures/hand-container.cap
