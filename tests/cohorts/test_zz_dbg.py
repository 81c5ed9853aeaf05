from tests.cohorts.test_attack import *
from tests.cohorts import test_attack as T
import tests.cohorts.attacker as AT
@pytest.mark.django_db
def test_dbg(network, small, monkeypatch):
    box=[]
    orig=Coordinator.fewest
    def f(self):
        seen=Seen(self.known)
        for r in self.rows: seen.learn(r)
        found=seen.fewest(3)
        print('FOUND',found)
        for c in found:
            for rnd,blocks in self.members.items():
                for serial,ms in blocks.items():
                    for m in ms:
                        if m.id==c:
                            b=Block.objects.filter(round=rnd,serial=serial).first()
                            print(rnd,serial,b.kind,b.size,b.ended_at, Organisation.objects.filter(pk=c).exists())
            # which combination
            groups=[AT._Basis(rows) for rows in AT._apart(seen._rows.values())]
            for g in groups:
                if g.rests_on(frozenset({c})):
                    piv=[p for p in g._of[c] if g._own[p]<={c}]
                    for p in piv: print(p, {k for k in g._rows[p]})
        return None
    monkeypatch.setattr(Coordinator,'fewest',f)
    test_over_three_rounds_nothing_that_was_ever_seen_rests_on_few_companies(network, small, 2)
