import json
def test_doc(client):
    r=client.get("/api/v1/openapi.json"); print(r.status_code)
    d=r.get_json()
    with open('/tmp/openapi.json','w') as f: json.dump(d,f,ensure_ascii=False,indent=1)
    from openapi_spec_validator import validate
    validate(d)
    r=client.get("/api/v1/nothing"); print(r.status_code, r.content_type, r.data)
    r=client.delete("/api/v1/hazards"); print(r.status_code, r.content_type, r.data)
    print(*sorted(r.endpoint for r in client.application.url_map.iter_rules() if '.' not in r.endpoint or r.endpoint.startswith(('api','health'))))
