"""The JSON answer of `boundscope attach` (schema 1)."""


class Answer:
    def __init__(self, document, began, ended, cpu_cores):
        self.document = document
        self.began = began  # wall-clock times around the run, for comparison with the load
        self.ended = ended
        self.seconds = ended - began
        self.cpu_cores_from_proc = cpu_cores

    @property
    def load(self):
        return self.document["load"]

    @property
    def verdict(self):
        verdict = self.document["verdict"]
        return ": ".join(word for word in (verdict["bound"], verdict.get("cause")) if word)

    @property
    def caveats(self):
        return [caveat["code"] for caveat in self.document["caveats"]]

    def _component(self, name):
        for part in self.document.get("request_time") or []:
            if part["component"] == name:
                return part
        return None

    def share(self, name):
        """Share of request time in a component; 0 if the answer does not list it, None if the
        answer has no request time at all."""
        if not self.document.get("request_time"):
            return None
        part = self._component(name)
        return part["share"] if part else 0.0

    def milliseconds(self, name):
        """Mean time of a request in a component."""
        share, latency = self.share(name), self.load["latency_mean_ms"]
        return None if share is None or latency is None else share * latency

    def details(self, name):
        part = self._component(name)
        return [detail["name"] for detail in part["detail"]] if part else []
