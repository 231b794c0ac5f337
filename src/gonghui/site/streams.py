"""Settings of the event streams; declared where every process loads them."""

from gonghui.kernel.config.declaring import Setting

HEARTBEAT_SECONDS = Setting(
    "realtime.heartbeat_seconds",
    "实时消息的心跳间隔",
    int,
    20,
    "页面的实时消息连接每隔多少秒发一次心跳，应短于前面代理服务器的空闲断开时间。",
    unit="秒",
    minimum=5,
    maximum=120,
)
STREAM_SECONDS = Setting(
    "realtime.stream_seconds",
    "实时消息的连接时长",
    int,
    600,
    "一条实时消息连接多少秒后重新建立，退出登录最迟在这时断开。",
    unit="秒",
    minimum=60,
    maximum=3_600,
)
