import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from offers.models import Session


def deal(request: HttpRequest, deal_id: str) -> HttpResponse:
    held = hashlib.sha256(request.COOKIES.get("session", "").encode()).hexdigest()
    sessions = Session.objects.select_related("contact__deal")
    session = sessions.filter(pk=held, contact__deal_id=deal_id).first()
    if session is None:
        raise Http404
    found = session.contact.deal
    lines = list(found.lines.order_by("position"))
    messages = list(found.messages.order_by("-id")[:50])[::-1]
    net = sum(line.net for line in lines)
    tax = sum(line.net * line.tax_rate / 100 for line in lines)
    shown = {
        "deal": found,
        "viewer": session.contact,
        "currency": found.currency,
        "lines": lines,
        "messages": messages,
        "net": net,
        "tax": tax,
        "total": net + tax,
    }
    return render(request, "deal.html", shown)
