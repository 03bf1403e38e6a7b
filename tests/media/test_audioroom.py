"""An AudioRoom, stepped by hand."""

from media.audioroom import AudioRoom
from media.opus import OpusCodec
from tests.media.sound import Sender, decoded, loudness_at, room_of, ticks, tone


def test_two_speakers_hear_each_other_and_not_themselves():
    room = room_of("ana", "ben")
    from_ana, from_ben = Sender().packets(tone(440, 2)), Sender(seq=5).packets(tone(1000, 2))
    heard = {"ana": [], "ben": [], "listener": []}
    for i, now in enumerate(ticks(100)):
        room.receive("ana", from_ana[i], now)
        room.receive("ben", from_ben[i], now)
        tick = room.tick(now)
        for person, packets in heard.items():
            packets.append(tick.personal.get(person, tick.shared))
    ana, ben, listener = (decoded(packets[25:]) for packets in heard.values())
    assert loudness_at(ana, 1000) - loudness_at(ana, 440) > 40
    assert loudness_at(ben, 440) - loudness_at(ben, 1000) > 40
    assert abs(loudness_at(listener, 440) - loudness_at(listener, 1000)) < 3


def test_a_new_room_gives_a_packet_of_silence_every_tick():
    room = AudioRoom(OpusCodec())
    made = [room.tick(now) for now in ticks(60)]
    assert abs(decoded(tick.shared for tick in made)).max() < 4
    assert all(not tick.personal and not tick.levels for tick in made)
