"""A Spark of our own: a master and two worker processes on this machine, for one test session."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from tools.warehouse.spark import SparkEngine

MASTER = "local-cluster[2,1,1024]"  # two worker processes, one core and 1024 MB each
# Queries here are small: compiling them costs more than running them, so the machines compile
# little, and Spark plans once instead of after every stage.
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.locality.wait": "0s",
    "spark.sql.session.timeZone": "Asia/Tokyo",  # ours are day numbers: no zone may matter
}


def lacking() -> str:
    """Why Spark cannot run here; empty when it can."""
    try:
        __import__("pyspark")
    except ImportError:
        return "pyspark is not installed: `make spark` adds the optional group"
    return "" if shutil.which("java") else "no java on the PATH: Spark needs Java 17"


@contextmanager
def cluster(folder: Path) -> "Iterator[Any]":
    """A session whose files lie in a folder; what its workers leave behind is taken away."""
    import pyspark  # noqa: PLC0415 - optional: the tests skip without it
    from pyspark.sql import SparkSession  # noqa: PLC0415

    before = os.environ.get("SPARK_LOCAL_IP")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = SparkSession.builder.master(MASTER).appName("lifecycle tests")
    places = {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse")}
    for name, value in (SETTINGS | places).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    context = session.sparkContext
    context.setLogLevel("ERROR")
    try:
        yield session
    finally:
        left = Path(str(pyspark.__file__)).parent / "work" / context.applicationId
        session.stop()
        shutil.rmtree(left, ignore_errors=True)
        _restore("SPARK_LOCAL_IP", before)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def finished_tasks(session: Any) -> dict[str, int]:
    """Tasks each process has finished, the driver among them."""
    executors = session.sparkContext._jsc.sc().statusStore().executorList(False)
    found = [executors.apply(i) for i in range(executors.size())]
    return {executor.id(): int(executor.completedTasks()) for executor in found}


def newest_files(engine: "SparkEngine", name: str) -> "pa.Table":
    """What the workers wrote when a relation was created, without asking them again."""
    written = sorted(engine._folder.glob(f"*-{name}.parquet"))
    return pq.read_table(written[-1])
