zones --root fixtures/6.1-two-nodes.cap --request 'node=7'
