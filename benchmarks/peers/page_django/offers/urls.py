from django.urls import path

from offers.views import deal

urlpatterns = [path("deals/<str:deal_id>", deal)]
