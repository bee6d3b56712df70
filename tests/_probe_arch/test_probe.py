import pytest, time
from tests import makers
@pytest.mark.parametrize("s", list(makers.HAZARD_WAYS))
def test_h(client, s):
    t=time.perf_counter(); makers.make_hazard(client, s); print(s, time.perf_counter()-t)
@pytest.mark.parametrize("s", list(makers.LETTER_WAYS))
def test_l(client, s):
    t=time.perf_counter(); makers.make_letter(client, s); print(s, time.perf_counter()-t)
@pytest.mark.parametrize("s", list(makers.ORDER_WAYS))
def test_o(client, s):
    t=time.perf_counter(); makers.make_order(client, s); print(s, time.perf_counter()-t)
