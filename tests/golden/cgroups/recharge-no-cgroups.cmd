cgroups --root fixtures/hand-2.6.32-tiny.cap --recharge /a
