import pytest
from tests.cohorts.test_attack import Coordinator, Network, What, ago, rounds_of, Seen, SMALL
import tests.cohorts.attacker as AT
from cohorts.models import *
@pytest.mark.django_db
@pytest.mark.parametrize('seed', range(12))
def test_dbg(network, settings, seed):
    for k,v in SMALL.items(): setattr(settings,k,v)
    net=Network(network, seed)
    spy = Coordinator(net)
    rounds = rounds_of(net, 3)
    people = [net.company(What.STATISTICS, at=ago(240)) for _one in range(24)]
    for turn, within in enumerate(rounds):
        if turn:
            for one in people[turn:]:
                net.submit(one, at=ago(240 - 100 * turn))
        net.count(within)
        spy.look(*rounds[: turn + 1], through=[{}])
    print(seed, [(c.size, rounds.index(c.round), {a:t[0] for a,t in c.totals.items()}) for c in Comparison.objects.all()], end=' ')
    seen=Seen(spy.known)
    for r in spy.rows: seen.learn(r)
    found=seen.fewest(3)
    print('FOUND', found and len(found))
    assert not found
