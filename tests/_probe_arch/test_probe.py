from tests import people
from accounts.actor import Role
import time
def test_x(client):
    t=time.perf_counter()
    l=people.staff(client, Role.UNIT_LEADER)
    print('sign in', time.perf_counter()-t)
    print(l.user)
    t=time.perf_counter()
    r=l.get("/queue"); print(r.status_code, r.get_data(as_text=True)[:300])
    print('q', time.perf_counter()-t)
    g=people.guest(client)
