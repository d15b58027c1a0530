commit --root fixtures/hand-address.cap --address 800 7f2b1c0a4000
