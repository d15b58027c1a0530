commit --root fixtures/hand-address.cap --address 900 1000
