zones --root fixtures/6.1-two-nodes.cap --request 'order=1 oder=2'
