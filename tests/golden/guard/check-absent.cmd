guard --check-config fixtures/guard/absent.conf
