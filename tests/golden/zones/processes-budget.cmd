zones --processes --smaps-budget 7 --root fixtures/hand-numa.cap
