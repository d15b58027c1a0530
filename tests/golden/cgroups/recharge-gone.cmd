cgroups --root fixtures/hand-recharge.cap --recharge /search.slice/gone.service --files '/srv/index/*.idx' --disk-speed 100M
