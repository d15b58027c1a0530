commit --root fixtures/hand-address.cap --address 700 7ffd3a0ff000
