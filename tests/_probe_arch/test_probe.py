import json
def test_doc(client):
    r=client.get("/api/v1/openapi.json"); print(r.status_code)
    d=r.get_json(); json.dump(d,open('/tmp/openapi.json','w'),ensure_ascii=False,indent=1)
    from openapi_spec_validator import validate
    validate(d)
