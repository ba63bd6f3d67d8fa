"""A line we cut ends like one the peer has closed: only the watch tells them apart."""

import socket

from tools.channels.deadline import deadline


def test_a_cut_line_reads_like_an_end_and_the_watch_knows() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, deadline(0.05) as watch:
        watch(ours)
        said = ours.recv(1)
        over = watch.over
    assert said == b""
    assert over


def test_a_peer_that_closes_in_time_is_not_cut() -> None:
    ours, theirs = socket.socketpair()
    with ours, deadline(60) as watch:
        watch(ours)
        theirs.close()
        said = ours.recv(1)
        over = watch.over
    assert said == b""
    assert not over
