zones --processes --request order=2 --root fixtures/hand-numa.cap
