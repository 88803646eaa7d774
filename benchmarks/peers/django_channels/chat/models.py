from django.db import models


class Message(models.Model):
    room = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
