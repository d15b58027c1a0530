cgroups --root fixtures/6.18-cgroups-v1-story.cap --recharge /memwhy_cg_test/a
