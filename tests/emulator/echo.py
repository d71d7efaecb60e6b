"""A bot with a very small script, to have somebody to talk to in the chat page."""

import threading
from typing import Any

import httpx

from app.emulator import testing

KEYBOARD = {
    "keyboard": [
        [{"text": "Надіслати моє місце", "request_location": True}],
        [{"text": "Скасувати"}],
    ],
    "resize_keyboard": True,
}
BUTTONS = {
    "inline_keyboard": [
        [{"text": "Це ДТП", "callback_data": "crash"}, {"text": "Інше", "callback_data": "other"}],
        [{"text": "Сайт поліції", "url": "https://example.org/"}],
    ]
}


class EchoBot(threading.Thread):
    """Polls and answers until it is told to stop."""

    def __init__(self, server: testing.Running) -> None:
        super().__init__(daemon=True)
        self._base = f"{server.base_url}{server.token}"
        self._client = httpx.Client(timeout=60, trust_env=False)
        self.stopped = threading.Event()

    def call(self, method: str, **body: Any) -> Any:
        return self._client.post(f"{self._base}/{method}", json=body).json()["result"]

    def run(self) -> None:
        commands = [{"command": "status", "description": "Стан звернення"}]
        self.call("setMyCommands", commands=commands)
        offset = 0
        while not self.stopped.is_set():
            for update in self.call("getUpdates", offset=offset, timeout=1):
                offset = update["update_id"] + 1
                self.answer(update)
        self.call("getUpdates", offset=offset)
        self._client.close()

    def answer(self, update: dict[str, Any]) -> None:
        if query := update.get("callback_query"):
            self.call("answerCallbackQuery", callback_query_id=query["id"], text="Дякуємо!")
            self.call(
                "editMessageText",
                chat_id=query["from"]["id"],
                message_id=query["message"]["message_id"],
                text=f"Записано: {query['data']}",
            )
        elif message := update.get("message"):
            chat = message["chat"]["id"]
            if message.get("text") == "/start":
                text = "<b>Вітаю!</b> Напишіть, що сталося, &lt;img src=x&gt; і де."
                self.call(
                    "sendMessage", chat_id=chat, text=text, parse_mode="HTML", reply_markup=KEYBOARD
                )
            elif "location" in message:
                text = "Звернення <b>№ 2026-000001</b> прийнято.\nЩо це було?"
                self.call(
                    "sendMessage", chat_id=chat, text=text, parse_mode="HTML", reply_markup=BUTTONS
                )
            else:
                text = message.get("text") or "файл"
                self.call("sendMessage", chat_id=chat, text=f"Почуто: {text}")
