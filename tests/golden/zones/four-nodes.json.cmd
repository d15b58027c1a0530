zones --root fixtures/6.1-zones-four-nodes.cap --json
