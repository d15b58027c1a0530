zones --processes --json --root fixtures/hand-numa.cap
