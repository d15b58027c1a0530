commit --root fixtures/hand-address.cap --address 12345 1000
