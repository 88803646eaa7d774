"""Which addresses on the net are anybody's to reach."""

from ipaddress import ip_address

import pytest

from portal.domain.order.receiver import public


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "2002:5db8:d70e::1"]
)
def test_the_internet_is_public(address: str) -> None:
    assert public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.1.2.3",
        "64:ff9b::a01:203",
        "2002:a01:203::1",
        "2001:db8::1",
        "fd00::1",
        "fe80::1",
        "ff02::1",
    ],
)
def test_what_only_this_house_reaches_is_not(address: str) -> None:
    assert not public(ip_address(address))
