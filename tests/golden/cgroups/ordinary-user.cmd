cgroups --root fixtures/hand-ordinary-user.cap
