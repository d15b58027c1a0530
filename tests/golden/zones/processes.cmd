zones --processes --root fixtures/hand-numa.cap
