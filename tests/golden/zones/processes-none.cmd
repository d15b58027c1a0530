zones --processes --root fixtures/6.1-two-nodes.cap
