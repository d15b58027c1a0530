commit --root fixtures/hand-address.cap --address 2 1000
