from lessontools.course.output import normal_outputs, normal_text


def test_places_of_kernel_packages_and_addresses_are_the_same_everywhere():
    text = "/tmp/ipykernel_4711/12.py:3: UserWarning\n/home/me/env/site-packages/torch/x.py <A at 0x7f12ab34cd>"
    assert normal_text(text) == "<cell>:3: UserWarning\nsite-packages/torch/x.py <A at 0x...>"


def test_streams_are_joined_however_they_were_cut():
    cut = [("stdout", "a"), ("stderr", "w"), ("stdout", "b")]
    other = [("stderr", "w"), ("stdout", "ab")]
    made = [[{"output_type": "stream", "name": n, "text": t} for n, t in each] for each in (cut, other)]
    assert normal_outputs(made[0], 1) == normal_outputs(made[1], 1)
    assert [(each["name"], each["text"]) for each in normal_outputs(made[0], 1)] == [("stdout", "ab"), ("stderr", "w")]


def test_streams_are_not_joined_across_a_picture():
    stream = {"output_type": "stream", "name": "stdout", "text": "x"}
    picture = {"output_type": "display_data", "data": {"text/plain": "p"}, "metadata": {}}
    assert len(normal_outputs([stream, picture, stream], 1)) == 3


def test_widget_models_are_dropped_and_their_text_is_kept():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "a question"}
    (found,) = normal_outputs([{"output_type": "execute_result", "data": view, "metadata": {}}], 4)
    assert found == {
        "output_type": "execute_result", "data": {"text/plain": "a question"}, "metadata": {}, "execution_count": 4
    }  # fmt: skip
    bare = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    assert normal_outputs([{"output_type": "display_data", "data": bare, "metadata": {}}], 4) == []
