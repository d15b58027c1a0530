guard --check-config fixtures/guard/wrong.conf
