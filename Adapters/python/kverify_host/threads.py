"""Threads that take turns, so that a run does the same each time."""
import concurrent.futures
import queue
import threading


class OneThread(concurrent.futures.ThreadPoolExecutor):
    """An executor with one thread, which takes what it is given in order.

    The standard one looks for an idle thread with a wait that may time out, and under libfaketime such a
    wait takes a second.
    """

    def __init__(self):
        super().__init__(max_workers=1)
        self._given = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    def submit(self, function, /, *arguments, **others):
        future = concurrent.futures.Future()
        self._given.put((future, function, arguments, others))
        return future

    def _work(self):
        while True:
            future, function, arguments, others = self._given.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function(*arguments, **others))
            except BaseException as error:
                future.set_exception(error)
