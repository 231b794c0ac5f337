"""Ways a text comes in, in words."""

from gonghui.engines.casework.models import Channel

CHANNELS = {
    **{channel.value: str(channel.label) for channel in Channel},
    "bot": "答复机器人",
    "": "未记",
}
