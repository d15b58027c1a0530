cgroups --root fixtures/hand-recharge.cap --expect search.service --files '/srv/index/*.idx' --files '/srv/index/big file.idx'
