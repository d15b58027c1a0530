guard --check-config ../packaging/guard.conf
