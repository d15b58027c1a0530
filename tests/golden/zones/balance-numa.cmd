zones --balance --root fixtures/hand-numa.cap
