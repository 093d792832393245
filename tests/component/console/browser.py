"""A real browser, driven over its own DevTools protocol: what it says on a WebSocket is all that a test needs."""

import asyncio
import base64
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run")
WITHIN = 20.0
DESKTOP, PHONE = (1280, 900), (390, 844)


@dataclass
class Page:
    """A tab of a browser; `asked` holds the address of everything it fetched, `faults` what went wrong in it."""

    socket: ClientConnection
    session: str = ""
    sent: int = 0
    answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def open(self, url: str) -> None:
        """Go there; what the page then builds up is waited for with `until`."""
        await self.call("Page.navigate", url=url)

    async def until(self, fact: str) -> None:
        """Return when this JavaScript expression is true; fails with what the page shows instead."""
        try:
            async with asyncio.timeout(WITHIN):
                while not await self.value(f"Boolean({fact})"):  # noqa: ASYNC110 -- a page wakes nobody
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {fact}; the page shows:\n{await self.text()}") from None

    async def shows(self, *texts: str, language: str = "nl") -> None:
        """Return when all these texts are on the page; English ones where the page says that they are English."""
        for text in texts:
            await self.until(f"[...document.querySelectorAll(':lang({language})')].some(e => e.innerText?.includes({json.dumps(text)}))")

    async def text(self) -> str:
        """What a reader of the page sees."""
        return str(await self.value("document.body?.innerText"))

    async def value(self, expression: str) -> Any:
        """What a JavaScript expression gives on the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def press(self, key: str) -> None:
        """One key, as a person presses it."""
        number = {"Tab": 9, "Enter": 13, "Shift": 16}[key]
        typed = {"text": "\r"} if key == "Enter" else {}  # without it no button is pressed
        for kind, text in (("keyDown", typed), ("keyUp", {})):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=number, **text)

    async def look(self, size: tuple[int, int], *, dark: bool = False) -> None:
        """Be a screen of this size in this light."""
        width, height = size
        await self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def screenshot(self, path: Path) -> None:
        """Keep what is on the screen as a picture."""
        picture = await self.call("Page.captureScreenshot", captureBeyondViewport=False)
        path.write_bytes(base64.b64decode(picture["data"]))  # noqa: ASYNC240 -- a file of 100 KB

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One call of the protocol, and its answer."""
        self.sent += 1
        session = {"sessionId": self.session} if self.session else {}
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.answers[self.sent] = answer
        await self.socket.send(json.dumps({"id": self.sent, "method": method, "params": parameters, **session}))
        async with asyncio.timeout(WITHIN):
            return await answer

    async def listen(self) -> None:
        """Read what the browser says until it ends."""
        async for message in self.socket:
            said = json.loads(message)
            if waiting := self.answers.pop(said.get("id"), None):
                waiting.set_result(said["result"]) if "result" in said else waiting.set_exception(RuntimeError(said["error"]["message"]))
            match said:
                case {"method": "Network.requestWillBeSent", "params": {"request": {"url": url}}}:
                    self.asked.append(url)
                case {"method": "Runtime.exceptionThrown", "params": {"exceptionDetails": details}}:
                    self.faults.append(str(details.get("exception", {}).get("description", details["text"])))
                case {"method": "Log.entryAdded", "params": {"entry": {"level": "error", "text": text}}}:
                    self.faults.append(text)


@contextmanager
def chromium(profile: Path) -> Iterator[str]:
    """A browser that nobody used before; yields where it listens."""
    assert CHROMIUM
    command = [CHROMIUM, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    said = profile.with_suffix(".log")
    with said.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield _address(process, said)
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def fresh_page(browser: str) -> AsyncIterator[Page]:
    """An empty page of its own: it shares no cookie and no store with any other page of that browser."""
    async with connect(browser, max_size=None, proxy=None) as socket:
        page = Page(socket)
        listening = asyncio.create_task(page.listen())
        try:
            context = (await page.call("Target.createBrowserContext"))["browserContextId"]
            target = await page.call("Target.createTarget", url="about:blank", browserContextId=context)
            page.session = (await page.call("Target.attachToTarget", targetId=target["targetId"], flatten=True))["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                await page.call(f"{domain}.enable")
            yield page
            page.session = ""
            await page.call("Target.disposeBrowserContext", browserContextId=context)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    """Where it listens, which it says in its log."""
    end = monotonic() + WITHIN
    while monotonic() < end and process.poll() is None:
        for line in said.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("DevTools listening on "):
                return line.removeprefix("DevTools listening on ").strip()
        sleep(0.05)
    raise RuntimeError(f"Chromium is not ready: {said.read_text(encoding='utf-8', errors='replace')[-500:]}")
