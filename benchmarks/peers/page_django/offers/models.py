"""The tables of ../page.sql."""

from django.db import models


class Deal(models.Model):
    id = models.CharField(primary_key=True, max_length=40)
    title = models.TextField()
    company = models.TextField()
    seller = models.TextField()
    currency = models.TextField()
    introduction = models.TextField()
    revision = models.IntegerField()
    valid_until = models.DateField()

    class Meta:
        db_table = "deal"
        managed = False


class Contact(models.Model):
    deal = models.ForeignKey(Deal, models.CASCADE)
    name = models.TextField()
    role = models.TextField()

    class Meta:
        db_table = "contact"
        managed = False


class Session(models.Model):
    id = models.CharField(primary_key=True, max_length=64)
    contact = models.ForeignKey(Contact, models.CASCADE)

    class Meta:
        db_table = "session"
        managed = False


class Line(models.Model):
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines")
    position = models.IntegerField()
    section = models.TextField()
    sku = models.TextField()
    name = models.TextField()
    description = models.TextField()
    quantity = models.DecimalField(max_digits=18, decimal_places=3)
    unit = models.TextField()
    unit_price = models.DecimalField(max_digits=18, decimal_places=2)
    list_price = models.DecimalField(max_digits=18, decimal_places=2)
    discount_percent = models.DecimalField(max_digits=6, decimal_places=2)
    tax_rate = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        db_table = "line"
        managed = False

    @property
    def net(self):
        return self.quantity * self.unit_price * (100 - self.discount_percent) / 100


class Message(models.Model):
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="messages")
    author = models.TextField()
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "message"
        managed = False
