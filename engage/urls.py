from django.urls import path

from engage.health import healthz

urlpatterns: list = [path("healthz", healthz, name="healthz")]
